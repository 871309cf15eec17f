"""What several modules know of languages: capitals, scripts without spaces, and English months, years and figures."""

from __future__ import annotations

import re

UPPER = f"[{''.join(filter(str.isupper, map(chr, range(0x2000))))}]"  # "[A-Z]", and also the Å of Århus
# A character of a script that is written without spaces.
UNSPACED = (
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003fa1f]"
)
MONTHS = "January February March April May June July August September October November December".split()
MONTH = f"(?:{'|'.join(MONTHS)})"
YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")  # from 1500 to 2099
FIGURES = {  # not "one", which is seldom a figure
    word: str(figure)
    for figure, word in [
        *enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2),
        *enumerate("thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(), 13),
        *zip(range(30, 100, 10), "thirty forty fifty sixty seventy eighty ninety".split(), strict=True),
    ]
}
