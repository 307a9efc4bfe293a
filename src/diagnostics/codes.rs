//! The codes, in bands by stage. Each has a page `docs/errors/CODE.md`.

use super::Severity;

macro_rules! codes {
    ($($name:ident $text:literal $title:literal;)*) => {
        /// What kind of problem a diagnostic reports. `E` codes are errors, `W` codes warnings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// All codes, by band.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// The code as printed, such as `E0301`.
            pub fn text(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// The title of its page.
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)* }
            }

            /// Its page: what it means, an example that provokes it, and how to fix it.
            pub fn page(self) -> &'static str {
                match self {
                    $(Code::$name => {
                        include_str!(concat!("../../docs/errors/", $text, ".md"))
                    })*
                }
            }

            /// The code with this text.
            pub fn from_text(text: &str) -> Option<Code> {
                match text { $($text => Some(Code::$name),)* _ => None }
            }
        }
    };
}

codes! {
    // 01: text and syntax
    Syntax "E0101" "The text is not Attain";
    WrongHabit "E0102" "Another tool's way of writing";
    BadLiteral "E0103" "A number, date or money amount that cannot be read";
    TooDeep "E0104" "Nested too deeply";
    TooLong "E0105" "The file or a line is too long";
    NotText "E0106" "The file is not UTF-8 text";
    HiddenCharacter "E0107" "A character that cannot be seen";
    // 02: project and names
    MissingFile "E0201" "A plan file that is not there";
    OutsideProject "E0202" "A path that leaves the folder";
    UseCycle "E0203" "Files that use each other";
    DuplicateName "E0204" "Two things with one name";
    UnknownName "E0205" "A name that means nothing here";
    NoPlan "E0206" "No plan to run";
    PlanEntry "E0207" "An entry of the plan is missing or stands twice";
    UnknownEdition "E0208" "An edition this version does not know";
    RecordShape "E0209" "A record that is not complete";
    SourceForm "E0210" "A data file, or a way of writing its cells, that is not known";
    NotReadable "E0211" "A definition of another plan that cannot be read here";
    NoStandardFile "E0213" "A file that the standard library does not have";
    // 03: types, units, grains
    WrongType "E0301" "A value of another type is needed";
    CurrencyClash "E0302" "Two currencies in one sum";
    MoneyTimesMoney "E0303" "Money times money";
    NeedsAggregate "E0304" "A finer grain without an aggregate";
    NotDetermined "E0305" "A grain that does not lead there";
    Ambiguous "E0306" "A name with two meanings here";
    MissingUnhandled "E0307" "A value that may be missing is used without a default";
    Cycle "E0308" "Definitions that need each other";
    RowCurrency "E0309" "Amounts in each row's own currency must be converted";
    PreviousNotBalance "E0310" "Previous where it is not allowed";
    WrongIncrease "E0311" "An increase that is not defined";
    TableShape "E0312" "A table of rates that is not well formed";
    ChoiceCover "E0313" "Choice values that are not covered";
    NotAFlow "E0314" "A flow read at a finer period";
    ExactUse "E0315" "An exact value where a rounded one is needed";
    BadTest "E0316" "A test that cannot be understood";
    NeverReached "E0318" "An arm of a case that is never reached";
    NoDays "E0321" "A window whose days cannot be told";
    WrongAgo "E0322" "A time ago that is no earlier period";
    WrongPeriods "E0323" "Periods that cannot be declared or used so";
    NoVersions "E0324" "What is the same on every day";
    NoCreditRows "E0328" "A credit rule without rows to credit";
    SeveralRecords "E0329" "Several records in one grain";
    WrongWay "E0330" "A `by` that decides nothing";
    WrongDate "E0331" "A dated definition of which it is not clear where it holds";
    TwiceTheSame "E0332" "What a table has multiplied already";
    NoReceiver "E0335" "An amount that no one receives";
    NegativeWeight "E0336" "A negative weight";
    ScheduleLength "E0337" "A schedule of no possible length";
    OpenOrder "E0338" "An order that leaves something open";
    NoGrain "E0340" "Parts that make no grain";
    OutOfPlace "E0341" "Words that do not belong there";
    NoSchedule "E0342" "A schedule that cannot be laid out";
    // 04: evaluation
    DivisionByZero "E0401" "Division by zero";
    TooLarge "E0402" "A number with too many digits";
    MissingRate "E0403" "No exchange rate";
    BelowTable "E0404" "A value below the first row of a table";
    EnsureBroken "E0405" "An ensure that does not hold";
    MissingOnRead "E0406" "A required value that a test did not give";
    TestFailed "E0407" "An expectation of a test that does not hold";
    OutsideCalendar "E0408" "A day or period that cannot be counted to";
    // 05: data
    NoDataFile "E0501" "A data file that is not there";
    NoColumn "E0502" "A column that is not in the file";
    BadNumber "E0503" "A cell that is not a number";
    BadDate "E0504" "A cell that is not a date";
    UnknownChoice "E0505" "A cell that is none of the choices";
    DuplicateKey "E0506" "Two rows with one key";
    Dangling "E0507" "A reference to a row that is not there";
    TooManyPlaces "E0508" "More decimals than the column keeps";
    BlankCell "E0509" "A blank cell in a required column";
    BadCell "E0510" "A cell that cannot be read";
    Malformed "E0511" "A file that is not well formed";
    ControlTotal "E0512" "A control total that does not hold";
    HierarchyCycle "E0513" "People who manage each other";
    PathLeaves "E0514" "A data path that leaves the folder";
    NumberTooLarge "E0515" "A cell with too many digits";
    Overlap "E0516" "Two versions that hold on one day";
    SharedDay "E0517" "A day that belongs to two plans";
    BandsApart "E0519" "Bands in the data that do not fit together";
    NoSheet "E0521" "A sheet that is not in the workbook";
    InexactNumber "E0522" "A number that is known only approximately";
    NoCachedValue "E0523" "A formula without a value";
    // 06: runs
    OutputExists "E0601" "The output folder is there already";
    OutputFailed "E0602" "The run folder could not be written";
    NotARun "E0603" "Not a run folder";
    NoSuchCell "E0604" "No such value in the run";
    TraceDiffers "E0605" "The trace does not give what was stored";
    // 08: evidence about runs
    FileNotWritten "E0803" "A file that could not be written";
    NoWorkbook "E0804" "A value that cannot be told in this form";
    NotComparable "E0805" "Values that cannot be held against each other";
    UnclearAgainst "E0806" "An `--against` that may mean two things";
    NotAsked "E0807" "A row that cannot be asked about";
    BadQuestion "E0808" "A question that cannot be read";
    NotDivided "E0809" "A run that cannot be computed in parts";
    BadKey "E0810" "A key that cannot be used";
    NotSigned "E0811" "A run that cannot be signed";
    // 07: lints
    RoundedRatio "W0701" "A rounded ratio decides money";
    Unused "W0702" "A definition nothing uses";
    OrIsDefault "W0703" "An `or` between conditions that is a default";
    WeightsApart "W0705" "Weights that do not come to 100%";
    HiddenName "W0706" "A name that hides another";
    AlwaysSame "W0707" "A condition that is always the same";
    UnusedDefault "W0708" "A default that is never used";
    IdleTest "W0709" "A test that is never run";
    UnusedFile "W0710" "A file that no plan uses";
    NoPercentSign "W0720" "A percentage without its `%`";
    NeverPaid "W0721" "An earning that no payment reads";
}

impl Code {
    /// Warnings do not stop a run.
    pub fn severity(self) -> Severity {
        if self.text().starts_with('W') { Severity::Warning } else { Severity::Error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_its_title_an_example_and_a_fix() {
        for code in Code::ALL {
            let (text, title) = (code.text(), code.title());
            let page = code.page();
            let first = format!("# {text}: {title}\n");
            assert!(page.starts_with(&first), "{text}: starts with {first}");
            let opening = ["\n```attain\n", "\n```csv\n", "\n```console\n"];
            let example = opening.iter().any(|fence| page.contains(fence));
            assert!(example, "{text}: has an example");
            let fences = page.matches("\n```").count();
            assert_eq!(fences % 2, 0, "{text}: closes its fences");
            assert!(page.contains("\n## Example\n"), "{text}: heads its example");
            assert!(page.contains("\n## How to fix it\n"), "{text}: says how to fix it");
            let lines = page.lines().count();
            assert!((10..=25).contains(&lines), "{text}: short, has {lines} lines");
        }
    }

    #[test]
    fn codes_are_told_by_their_text() {
        for code in Code::ALL {
            assert_eq!(Code::from_text(code.text()), Some(*code));
        }
        assert_eq!(Code::from_text("E9999"), None);
    }
}
