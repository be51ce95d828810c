"""In what the evaluator of ministack 1.5.33 is known to differ, and which page of AWS decides.

The restatement can answer with each of these. A difference is explained where it then says what they say.
"""

from typing import Final

GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
NO_NOT_PRINCIPAL: Final = "a statement with NotPrincipal is passed over"
NO_VARIABLES: Final = "a variable is text"
ARNS_ARE_TEXT: Final = "a wildcard in a condition on an ARN reaches over colons"
ONE_NULL: Final = "of several values of Null the first counts"
NO_PATHS: Final = "a role is known by its name, whatever its path"
EVERYBODY_IS_NOT_THE_USER: Final = "a boundary limits what a user is given as everybody"
NOT_UNEQUAL: Final = "what is no number or day is not unequal to one either"

THEIRS: Final = {
    NO_NOT_PRINCIPAL: f"{GUIDE}/reference_policies_elements_notprincipal.html",
    NO_VARIABLES: f"{GUIDE}/reference_policies_variables.html",
    ARNS_ARE_TEXT: f"{GUIDE}/reference_policies_elements_condition_operators.html",
    ONE_NULL: f"{GUIDE}/reference_policies_condition-logic-multiple-context-keys-or-values.html",
}
"""Theirs, by the page that decides."""

OPEN: Final = {
    NO_PATHS: "an account has no two roles of one name, so that the other one named is not there",
    EVERYBODY_IS_NOT_THE_USER: "that a boundary does not limit it is documented of a user's ARN alone; "
    "ours rather sees access than overlooks it",
    NOT_UNEQUAL: "AWS says of such values neither that they are refused nor that they are unequal",
}
"""What no page decides, and why it stays."""
