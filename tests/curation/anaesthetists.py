"""Dawid, A. P. and Skene, A. M. (1979), table 1: five anaesthetists on 45 patients, the first of them three times."""

from curation.ballots import Ballots, ballots

# Line by line nine patients: the first one's three answers, then those of the four others.
TABLE = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223
2322223 4444444 2223343 1111111 2223212 1211111 1112111 1111111 1111111
2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222
1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343
2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222
"""
WHO = "1112345"

# Their tables 2, 3 and 4, to the two digits printed; patients who are sure are left out of the last.
MARGINALS = [0.40, 0.42, 0.11, 0.07]
FIRST = [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]]
SECOND = [[0.83, 0.17, 0, 0], [0.05, 0.63, 0.31, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
FIFTH = [[1, 0, 0, 0], [0.16, 0.73, 0.11, 0], [0, 0.21, 0.79, 0], [0, 0, 0.33, 0.67]]
UNSURE = {7: [0.98, 0.02, 0, 0], 35: [0, 0.95, 0.05, 0], 38: [0, 0.02, 0.98, 0]}
LABELS = "142222132 243121111 222222112 111131224 233111212".replace(" ", "")


def votes() -> Ballots:
    patients = enumerate(TABLE.split(), start=1)
    rows = [(patient, who, said) for patient, line in patients for who, said in zip(WHO, line, strict=True)]
    items, annotators, labels = zip(*rows, strict=True)
    return ballots(items, annotators, labels)
