//! The encodings of Parquet that pages are written in: bit packing, runs, differences, and the lengths of texts.

/// Values of a block of differences, and how many of them share a width.
const BLOCK: usize = 128;
const SHARING: usize = 32;

/// Appends numbers of at most `width` bits, each in so many, from the lowest bit on; the last byte is filled with zeros.
pub(super) fn pack(out: &mut Vec<u8>, width: u32, values: impl IntoIterator<Item = u64>) {
    let (mut held, mut bits) = (0_u64, 0_u32);
    for value in values {
        held |= value.wrapping_shl(bits);
        bits = bits.saturating_add(width);
        if bits >= u64::BITS {
            out.extend_from_slice(&held.to_le_bytes());
            bits = bits.saturating_sub(u64::BITS);
            // What of the value did not fit.
            held = value.checked_shr(width.saturating_sub(bits)).unwrap_or_default();
        }
    }
    let bytes = bits.div_ceil(u8::BITS) as usize;
    out.extend(held.to_le_bytes().into_iter().take(bytes));
}

/// How many bits a number takes.
pub(super) fn width(value: u64) -> u32 {
    u64::BITS.saturating_sub(value.leading_zeros())
}

/// Appends numbers of at most `width` bits as one run where they are all the same, packed otherwise.
pub(super) fn runs(out: &mut Vec<u8>, width: u32, values: &[u32]) {
    let Some(first) = values.first() else { return };
    if values.iter().all(|value| value == first) {
        return run(out, width, *first, values.len());
    }
    let groups = values.len().div_ceil(8);
    varint(out, ((groups as u64) << 1) | 1);
    let zeros = groups.saturating_mul(8).saturating_sub(values.len());
    let values = values.iter().map(|value| u64::from(*value));
    pack(out, width, values.chain(std::iter::repeat_n(0, zeros)));
}

/// Appends one number of at most `width` bits as a run.
pub(super) fn run(out: &mut Vec<u8>, width: u32, value: u32, length: usize) {
    varint(out, (length as u64) << 1);
    let bytes = width.div_ceil(u8::BITS) as usize;
    out.extend(value.to_le_bytes().into_iter().take(bytes));
}

/// Appends integers by their differences, packed in blocks (`DELTA_BINARY_PACKED`).
pub(super) fn differences(out: &mut Vec<u8>, values: &[i64]) {
    varint(out, BLOCK as u64);
    varint(out, (BLOCK / SHARING) as u64);
    varint(out, values.len() as u64);
    zigzag(out, values.first().copied().unwrap_or_default());
    let then = values.get(1..).unwrap_or_default();
    for (before, values) in values.chunks(BLOCK).zip(then.chunks(BLOCK)) {
        difference_block(out, before, values);
    }
}

/// Appends what lies between values and those before them.
fn difference_block(out: &mut Vec<u8>, before: &[i64], values: &[i64]) {
    let mut differences = [0_i64; BLOCK];
    for (difference, (before, value)) in differences.iter_mut().zip(before.iter().zip(values)) {
        *difference = value.wrapping_sub(*before);
    }
    let differences = differences.get(..values.len()).unwrap_or_default();
    let smallest = differences.iter().min().copied().unwrap_or_default();
    zigzag(out, smallest);
    // Differences wrap, so what lies above the smallest fits the same bits without a sign. Nothing fills up the last block.
    let mut above = [0_u64; BLOCK];
    for (above, difference) in above.iter_mut().zip(differences) {
        *above = difference.wrapping_sub(smallest) as u64;
    }
    let mut widths = [0_u8; BLOCK / SHARING];
    for (place, part) in widths.iter_mut().zip(above.chunks(SHARING)) {
        *place = u8::try_from(width(part.iter().fold(0, |all, bits| all | bits))).unwrap_or(u8::MAX);
    }
    out.extend_from_slice(&widths);
    for (width, part) in widths.into_iter().zip(above.chunks(SHARING)).filter(|(width, _)| *width > 0) {
        pack(out, u32::from(width), part.iter().copied());
    }
}

/// Appends texts: their lengths by their differences, then their bytes (`DELTA_LENGTH_BYTE_ARRAY`).
pub(super) fn texts<'a>(out: &mut Vec<u8>, texts: impl Iterator<Item = &'a str> + Clone) {
    let lengths: Vec<i64> = texts.clone().map(|text| i64::try_from(text.len()).unwrap_or(i64::MAX)).collect();
    differences(out, &lengths);
    texts.for_each(|text| out.extend_from_slice(text.as_bytes()));
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(0x80 | (value as u8));
        value >>= 7;
    }
    out.push(value as u8);
}

fn zigzag(out: &mut Vec<u8>, value: i64) {
    varint(out, ((value << 1) ^ (value >> 63)) as u64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_packed_from_the_lowest_bit() {
        // Parquet's own example: 0 to 7 in three bits each.
        let mut out = Vec::new();
        pack(&mut out, 3, 0..8);
        assert_eq!(out, [0b1000_1000, 0b1100_0110, 0b1111_1010]);
        out.clear();
        pack(&mut out, 64, [u64::MAX, 1]);
        assert_eq!(out, [[255; 8], [1, 0, 0, 0, 0, 0, 0, 0]].concat());
    }

    #[test]
    fn equal_numbers_are_one_run() {
        let mut out = Vec::new();
        runs(&mut out, 1, &[1; 100]);
        // 100 << 1 in two bytes of seven bits, then the value.
        assert_eq!(out, [0xC8, 0x01, 1]);
        out.clear();
        runs(&mut out, 1, &[1, 0, 1]);
        assert_eq!(out, [0x03, 0b101]);
    }

    #[test]
    fn differences_are_those_of_the_format() {
        // The format's second example: 7, 5, 3, 1, 2, 3, 4, 5 has the differences -2, -2, -2, 1, 1, 1, 1, above -2: 0, 0, 0,
        // 3, 3, 3, 3 in two bits each.
        let mut out = Vec::new();
        differences(&mut out, &[7, 5, 3, 1, 2, 3, 4, 5]);
        let head = [0x80, 0x01, 4, 8, 14, 3, 2, 0, 0, 0];
        let packed = [0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0];
        assert_eq!(out, [&head[..], &packed[..]].concat());
    }
}
