//! Which rows of a column being computed have a value.

/// Whether each row has a value.
#[derive(Clone, Debug)]
pub(in crate::engine) enum There {
    /// All of so many have one.
    All(usize),
    /// Row by row.
    Each(Vec<bool>),
}

impl There {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self {
            There::All(count) => *count,
            There::Each(each) => each.len(),
        }
    }

    /// Whether the row at a position has one.
    pub fn at(&self, position: usize) -> bool {
        match self {
            There::All(count) => position < *count,
            There::Each(each) => each.get(position) == Some(&true),
        }
    }

    /// Row by row.
    pub fn each(&self) -> Vec<bool> {
        match self {
            There::All(count) => vec![true; *count],
            There::Each(each) => each.clone(),
        }
    }

    /// Where both have one.
    pub fn and(&self, other: &There) -> There {
        match (self, other) {
            (There::All(_), other) => other.clone(),
            (this, There::All(_)) => this.clone(),
            (There::Each(a), There::Each(b)) => There::Each(a.iter().zip(b).map(|(a, b)| *a && *b).collect()),
        }
    }

    /// Those at other positions, in their order.
    pub fn pick(&self, positions: impl Iterator<Item = Option<u32>>) -> There {
        positions.map(|at| at.is_some_and(|at| self.at(at as usize))).collect()
    }
}

impl FromIterator<bool> for There {
    fn from_iter<I: IntoIterator<Item = bool>>(each: I) -> Self {
        let each: Vec<bool> = each.into_iter().collect();
        if each.iter().all(|there| *there) { There::All(each.len()) } else { There::Each(each) }
    }
}
