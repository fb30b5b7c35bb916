"""Which column of an unknown export is what: guesses with certainty and reasons, from headers and values alone."""

from custrata.core.guess.columns import guess_columns
from custrata.core.guess.footer import NoData, rows_without_data
from custrata.core.guess.header import HeaderGuess, header_at, header_row
from custrata.core.guess.kinds import named_kind
from custrata.core.guess.options import source_options
from custrata.core.guess.people import customer_columns
from custrata.core.guess.profile import ColumnProfile, profile
from custrata.core.guess.questions import Option, Question, discount_question, questions
from custrata.core.guess.reasons import Reason
from custrata.core.guess.statuses import Status, StatusGuess, statuses
from custrata.core.guess.table import ColumnGuess, RunnerUp, TableGuess
from custrata.core.guess.vocabulary import Vocabulary, vocabulary

__all__ = [
    "ColumnGuess", "ColumnProfile", "HeaderGuess", "NoData", "Option", "Question", "Reason", "RunnerUp", "Status",
    "StatusGuess", "TableGuess", "Vocabulary", "customer_columns", "discount_question", "guess_columns", "header_at",
    "header_row",
    "named_kind", "profile", "questions", "rows_without_data", "source_options", "statuses", "vocabulary",
]  # fmt: skip
