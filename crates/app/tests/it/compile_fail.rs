//! What the compiler must refuse. The messages are kept beside the cases, so that a case fails for its own reason.

#[test]
fn code_that_would_go_round_the_authority_model_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
