//! The six modes of rounding as formulas.
//!
//! Before a number is rounded, it is rounded to more decimals than are kept, of which doubles still tell the truth: so the
//! noise of doubles decides no tie. All functions used mean the same in every spreadsheet.

use super::expr::{Expr, excel};

/// A number brought to its places. `sound` is how many decimals of it are no noise.
pub(super) fn rounded(number: &Expr, places: u8, mode: &str, sound: u8) -> Expr {
    let kept = sound.max(places);
    if mode == "half up" {
        return if kept == places {
            excel(&format!("ROUND({{0}},{places})"), &[number])
        } else {
            excel(&format!("ROUND(ROUND({{0}},{kept}),{places})"), &[number])
        };
    }
    let beyond = kept.saturating_sub(places);
    let (shift, back) = match places {
        0 => (String::new(), String::new()),
        places => (format!("*10^{places}"), format!("/10^{places}")),
    };
    let units = excel(&format!("ROUND([0]{shift},{beyond})"), &[number]);
    let whole = match mode {
        "half even" => "IF(ABS({0}-TRUNC({0}))=0.5,2*ROUND({0}/2,0),ROUND({0},0))",
        "down" => "TRUNC({0})",
        "up" => "ROUNDUP({0},0)",
        "floor" => "INT({0})",
        _ => "-INT(-{0})",
    };
    excel(&format!("{whole}{back}"), &[&units])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(mode: &str, places: u8) -> String {
        let Expr(parts) = rounded(&Expr::text("A1"), places, mode, 8);
        parts
            .iter()
            .map(|part| if let super::super::expr::Part::Text(text) = part { text.as_str() } else { "" })
            .collect()
    }

    #[test]
    fn every_mode_has_its_formula() {
        assert_eq!(text("half up", 2), "ROUND(ROUND(A1,8),2)");
        assert_eq!(
            text("half even", 2),
            "IF(ABS(ROUND(A1*10^2,6)-TRUNC(ROUND(A1*10^2,6)))=0.5,2*ROUND(ROUND(A1*10^2,6)/2,0),\
             ROUND(ROUND(A1*10^2,6),0))/10^2"
        );
        assert_eq!(text("down", 0), "TRUNC(ROUND(A1,8))");
        assert_eq!(text("up", 2), "ROUNDUP(ROUND(A1*10^2,6),0)/10^2");
        assert_eq!(text("floor", 2), "INT(ROUND(A1*10^2,6))/10^2");
        assert_eq!(text("ceiling", 2), "-INT(-ROUND(A1*10^2,6))/10^2");
    }
}
