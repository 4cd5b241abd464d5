"""Two words of a name and two of another one are paired as well as they can be, however quickly."""

from __future__ import annotations

from itertools import permutations, product

from prisoners.names import comparing, score
from prisoners.names.comparing import scorer


def test_the_short_way_for_two_words_chooses_what_trying_all_orders_would() -> None:
    values = (0.0, 0.3, 0.45, 0.7, 1.0)
    for a, b, c, d in product(values, repeat=4):
        rows = [[a, b], [c, d]]
        every = [[rows[0][i], rows[1][j]] for i, j in permutations(range(2))]
        best = max(every, key=lambda one: (min(one), sum(one)))
        assert comparing._best_order(rows, 2) == best, rows


def test_a_scorer_for_many_names_says_what_the_score_of_two_is() -> None:
    names = (
        "Вымыслаў Прыкладовіч",
        "Vymyslau Prykladovich",
        "Прыкладовіч В. В.",
        "Vymysl Test van Example",
        "桌晨云",
        "Zhuo Chenyun",
        "봄하늘",
        "",
    )
    near = scorer(3)
    for one, other in product(names, repeat=2):
        assert near(one, other) == score(one, other), (one, other)
