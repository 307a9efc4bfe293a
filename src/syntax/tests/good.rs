//! Plans that are right.

use super::show::shown;

macro_rules! accepts {
    ($($name:ident: $source:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), shown($source));
        }
    )*};
}

accepts! {
    the_plan_of_the_language_page: include_str!("records.plan");
    the_whole_plan_of_the_design: include_str!("whole.plan");
}
