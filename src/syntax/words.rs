//! The grammar compiled, and what a person calls each of its rules.

/// The parser that pest makes of the grammar.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/attain.pest"]
pub(super) struct AttainParser;

/// How a rule is named in "expected …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Said {
    /// A word or sign of the language, shown in backticks.
    Word(&'static str),
    /// A part that begins with this word.
    Begins(&'static str),
    /// A kind of thing.
    Thing(&'static str),
    /// One of the signs that join two values.
    Operator,
    /// Not worth a mention: foreign forms and signs that may always follow.
    Hidden,
}

/// What a person calls a rule. Exhaustive on purpose: a new rule gets its words here.
#[expect(clippy::too_many_lines, reason = "one flat match with one line for each rule")]
pub(super) fn said(rule: Rule) -> Said {
    match rule {
        Rule::kw_above => Said::Word("above"),
        Rule::kw_active => Said::Word("active"),
        Rule::kw_ago => Said::Word("ago"),
        Rule::kw_amount => Said::Word("amount"),
        Rule::kw_as => Said::Word("as"),
        Rule::kw_at => Said::Word("at"),
        Rule::kw_below => Said::Word("below"),
        Rule::kw_by => Said::Word("by"),
        Rule::kw_case => Said::Word("case"),
        Rule::kw_choice => Said::Word("choice"),
        Rule::kw_control => Said::Word("control"),
        Rule::kw_credit => Said::Word("credit"),
        Rule::kw_currency => Said::Word("currency"),
        Rule::kw_date => Said::Word("date"),
        Rule::kw_days => Said::Word("days"),
        Rule::kw_delimiter => Said::Word("delimiter"),
        Rule::kw_each => Said::Word("each"),
        Rule::kw_edition => Said::Word("edition"),
        Rule::kw_effective => Said::Word("effective"),
        Rule::kw_else => Said::Word("else"),
        Rule::kw_end => Said::Word("end"),
        Rule::kw_ensure => Said::Word("ensure"),
        Rule::kw_error => Said::Word("error"),
        Rule::kw_every => Said::Word("every"),
        Rule::kw_exact => Said::Word("exact"),
        Rule::kw_exists => Said::Word("exists"),
        Rule::kw_expect => Said::Word("expect"),
        Rule::kw_for => Said::Word("for"),
        Rule::kw_from => Said::Word("from"),
        Rule::kw_given => Said::Word("given"),
        Rule::kw_hierarchy => Said::Word("hierarchy"),
        Rule::kw_if => Said::Word("if"),
        Rule::kw_in => Said::Word("in"),
        Rule::kw_increase => Said::Word("increase"),
        Rule::kw_key => Said::Word("key"),
        Rule::kw_managers => Said::Word("managers"),
        Rule::kw_last => Said::Word("last"),
        Rule::kw_money => Said::Word("money"),
        Rule::kw_none => Said::Word("none"),
        Rule::kw_of => Said::Word("of"),
        Rule::kw_on => Said::Word("on"),
        Rule::kw_otherwise => Said::Word("otherwise"),
        Rule::kw_over => Said::Word("over"),
        Rule::kw_pay => Said::Word("pay"),
        Rule::kw_people => Said::Word("people"),
        Rule::kw_per => Said::Word("per"),
        Rule::kw_periods => Said::Word("periods"),
        Rule::kw_plan => Said::Word("plan"),
        Rule::kw_previous => Said::Word("previous"),
        Rule::kw_rates => Said::Word("rates"),
        Rule::kw_record => Said::Word("record"),
        Rule::kw_round => Said::Word("round"),
        Rule::kw_rounded => Said::Word("rounded"),
        Rule::kw_rows => Said::Word("rows"),
        Rule::kw_sheet => Said::Word("sheet"),
        Rule::kw_start => Said::Word("start"),
        Rule::kw_starting => Said::Word("starting"),
        Rule::kw_starts => Said::Word("starts"),
        Rule::kw_sum => Said::Word("sum"),
        Rule::kw_test => Said::Word("test"),
        Rule::kw_the => Said::Word("the"),
        Rule::kw_then => Said::Word("then"),
        Rule::kw_to => Said::Word("to"),
        Rule::kw_total => Said::Word("total"),
        Rule::kw_unit => Said::Word("unit"),
        Rule::kw_use => Said::Word("use"),
        Rule::kw_using => Said::Word("using"),
        Rule::kw_when => Said::Word("when"),
        Rule::kw_where => Said::Word("where"),
        Rule::kw_year => Said::Word("year"),
        Rule::comma => Said::Word(","),
        Rule::bar => Said::Word("|"),
        Rule::colon => Said::Word(":"),
        Rule::open_paren => Said::Word("("),
        Rule::close_paren => Said::Word(")"),
        Rule::open_brace => Said::Word("{"),
        Rule::close_brace => Said::Word("}"),
        Rule::equals => Said::Word("="),
        Rule::over_team => Said::Begins("team"),
        Rule::over_reports => Said::Begins("reports"),
        Rule::from_column => Said::Begins("from"),
        Rule::every => Said::Begins("every"),
        Rule::own_every => Said::Begins("for each"),
        Rule::over_last => Said::Begins("the last"),
        Rule::half_up => Said::Begins("half up"),
        Rule::half_even => Said::Begins("half even"),
        Rule::round_down => Said::Begins("down"),
        Rule::round_up => Said::Begins("up"),
        Rule::round_floor => Said::Begins("floor"),
        Rule::round_ceiling => Said::Begins("ceiling"),
        Rule::effective => Said::Begins("effective"),
        Rule::year_starts => Said::Begins("year starts"),
        Rule::currency_of => Said::Begins("currency"),
        Rule::round_mode => Said::Begins("round"),
        Rule::people => Said::Begins("people"),
        Rule::pay => Said::Begins("pay"),
        Rule::row_below => Said::Begins("below"),
        Rule::row_from => Said::Begins("from"),
        Rule::row_above => Said::Begins("above"),
        Rule::row_otherwise => Said::Begins("otherwise"),
        Rule::then_part => Said::Begins("then"),
        Rule::else_part => Said::Begins("else"),
        Rule::when_part => Said::Begins("when"),
        Rule::head_where | Rule::where_part | Rule::where_tail | Rule::credit_where => Said::Begins("where"),
        Rule::over_tail => Said::Begins("over"),
        Rule::to_tail | Rule::to_clause | Rule::credit_to | Rule::record_to => Said::Begins("to"),
        Rule::on_tail | Rule::on_clause | Rule::credit_on | Rule::record_on => Said::Begins("on"),
        Rule::to_each => Said::Begins("each"),
        Rule::to_managers => Said::Begins("managers of"),
        Rule::by_tail => Said::Begins("by"),
        Rule::as_clause => Said::Begins("as"),
        Rule::rounded_clause => Said::Begins("rounded"),
        Rule::starting => Said::Begins("starting at"),
        Rule::each_year => Said::Begins("each year"),
        Rule::grain => Said::Begins("for each"),
        Rule::grain_in => Said::Begins("in"),
        Rule::credit_amount => Said::Begins("amount"),
        Rule::header | Rule::record_source => Said::Begins("from"),
        Rule::written => Said::Begins("as"),
        Rule::record_sheet => Said::Begins("sheet"),
        Rule::record_delimiter => Said::Begins("delimiter"),
        Rule::tab_word => Said::Thing("`tab`"),
        Rule::given => Said::Begins("given"),
        Rule::expect => Said::Begins("expect"),
        Rule::body_here => Said::Begins("="),
        Rule::per_type | Rule::per_unit => Said::Begins("per"),
        Rule::in_type => Said::Begins("in"),
        Rule::more_choices => Said::Begins("|"),

        Rule::body_below | Rule::equal_at_line_end => Said::Thing("`=` at the end of its line"),
        Rule::any_word | Rule::any_column | Rule::word => Said::Thing("a name"),
        Rule::name | Rule::path | Rule::credit_column | Rule::row_value => Said::Thing("a name"),
        Rule::number | Rule::quantity | Rule::signed_quantity => Said::Thing("a number"),
        Rule::tight_quantity | Rule::percent_cells => Said::Thing("a number"),
        Rule::entry_name | Rule::entry_path => Said::Thing("a name"),
        Rule::integer => Said::Thing("a whole number"),
        Rule::date => Said::Thing("a date"),
        Rule::unit_word => Said::Thing("a unit of periods"),
        Rule::text => Said::Thing("a text in quotes"),
        Rule::cell | Rule::tight_cell | Rule::bound => Said::Thing("a constant"),
        Rule::table_cell => Said::Thing("a constant"),
        Rule::expr | Rule::primary | Rule::head_primary => Said::Thing("a value"),
        Rule::subject | Rule::when_value | Rule::date_expr | Rule::credit_expr | Rule::order_key => {
            Said::Thing("a value")
        }
        Rule::head_condition | Rule::tail_condition => Said::Thing("a condition"),
        Rule::reference | Rule::group => Said::Thing("a value"),
        Rule::aggregate | Rule::head_aggregate => Said::Thing("a value"),
        Rule::type_expr | Rule::column_type => Said::Thing("a type"),
        Rule::month_name => Said::Thing("the name of a month"),
        Rule::rounding => Said::Thing("a way of rounding"),
        Rule::rates_kind => Said::Thing("`step`, `linear`, `retroactive` or `marginal`"),
        Rule::rates_row | Rule::grid => Said::Thing("a row of the table"),
        Rule::column => Said::Thing("a column"),
        Rule::control | Rule::record_active => Said::Hidden,
        Rule::control_part => Said::Thing("`rows` or `sum`"),
        Rule::define_word => Said::Thing("a definition"),
        Rule::table => Said::Thing("a table"),
        Rule::table_head => Said::Thing("the names of the columns"),
        Rule::table_row => Said::Thing("a row of the table"),
        Rule::pair | Rule::pairs => Said::Thing("a column with its value"),
        Rule::expect_value | Rule::expect_cell => Said::Thing("what is expected"),
        Rule::EOI => Said::Thing("the end of the item"),
        Rule::edition | Rule::use_file | Rule::plan | Rule::record | Rule::choice | Rule::unit_item => {
            Said::Thing("an item")
        }
        Rule::periods | Rule::rates | Rule::define | Rule::credit | Rule::ensure | Rule::test => Said::Thing("an item"),

        Rule::or | Rule::and | Rule::equal | Rule::inline_equal | Rule::not_equal => Said::Operator,
        Rule::less | Rule::less_or_equal | Rule::greater | Rule::greater_or_equal => Said::Operator,
        Rule::plus | Rule::minus | Rule::times | Rule::divide | Rule::of => Said::Operator,
        Rule::exists | Rule::convert | Rule::arguments => Said::Operator,
        Rule::ago | Rule::ago_words | Rule::one_ago => Said::Hidden,
        Rule::to_date | Rule::to_date_words => Said::Hidden,

        Rule::not | Rule::negate | Rule::minus_sign | Rule::if_expr | Rule::case_expr => Said::Hidden,
        Rule::foreign_or | Rule::foreign_and | Rule::foreign_equal => Said::Hidden,
        Rule::foreign_not_equal | Rule::foreign_not | Rule::foreign_date => Said::Hidden,
        Rule::foreign_greater_or_equal | Rule::foreign_less_or_equal => Said::Hidden,
        Rule::foreign_money | Rule::foreign_number | Rule::foreign_percent_sign => Said::Hidden,
        Rule::currency_sign
        | Rule::currency_code
        | Rule::begins_of
        | Rule::percent_sign
        | Rule::unit
        | Rule::tight_unit => Said::Hidden,
        Rule::text_inner | Rule::yes_no | Rule::period => Said::Hidden,
        Rule::previous | Rule::increase | Rule::days_active | Rule::days_in => Said::Hidden,
        Rule::start_of | Rule::end_of | Rule::aggregate_op => Said::Hidden,
        Rule::counting | Rule::picking => Said::Hidden,
        Rule::optional_mark | Rule::places | Rule::text_type | Rule::yes_no_type => Said::Hidden,
        Rule::date_type | Rule::days_type | Rule::integer_type | Rule::number_type => Said::Hidden,
        Rule::number_word | Rule::percent_type | Rule::percent_word => Said::Hidden,
        Rule::money_type | Rule::currency_type | Rule::named_type => Said::Hidden,
        Rule::expect_none | Rule::expect_error => Said::Hidden,
        Rule::reserved | Rule::clause_word => Said::Hidden,

        // Silent rules never reach a message.
        Rule::WHITESPACE | Rule::blank | Rule::line_end | Rule::word_end | Rule::gap | Rule::some_gap => Said::Hidden,
        Rule::constant | Rule::operand | Rule::head_operand | Rule::simple => Said::Hidden,
        Rule::infix | Rule::head_infix | Rule::tail_infix | Rule::prefix => Said::Hidden,
        Rule::logical_or | Rule::logical_and | Rule::comparison | Rule::order => Said::Hidden,
        Rule::head_comparison | Rule::arithmetic | Rule::postfix => Said::Hidden,
        Rule::aggregate_operand | Rule::head_aggregate_operand | Rule::base_type => Said::Hidden,
        Rule::item | Rule::any_item | Rule::plan_entry | Rule::record_entry => Said::Hidden,
        Rule::case_ahead
        | Rule::next_pair
        | Rule::column_mark
        | Rule::clause
        | Rule::credit_entry
        | Rule::line_break => Said::Hidden,
        Rule::by_one | Rule::by_several | Rule::row_bound => Said::Hidden,
    }
}

/// Whether a rule is only a word or sign, which the tree does not keep.
pub(super) fn is_mark(rule: Rule) -> bool {
    use Rule::*;
    let other = matches!(rule, equal_at_line_end | foreign_equal | number_word | percent_word | EOI);
    other || matches!(said(rule), Said::Word(_))
}
