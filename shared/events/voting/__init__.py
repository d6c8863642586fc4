"""表决: who may vote, whether enough came, whether it was carried."""

from shared.events.voting.counting import Counted as Counted
from shared.events.voting.counting import Verdict as Verdict
from shared.events.voting.counting import judge as judge
from shared.events.voting.electorate import Electorate as Electorate
from shared.events.voting.electorate import Numbers as Numbers
from shared.events.voting.electorate import electorate as electorate
from shared.events.voting.electorate import numbers as numbers
from shared.events.voting.rules import VoteRule as VoteRule
from shared.events.voting.rules import rule_on as rule_on
from shared.events.voting.rules import rules_for as rules_for
from shared.events.voting.rules import vote_rules as vote_rules
