"""Templates write dates the English way. Django looks for every format here, by itself as its name, before it uses it:
in German the day has a dot, and so has a month that is cut short."""

globals().update(
    {
        "M Y": "N Y",
        "j F Y": "j. F Y",
        "j M": "j. N",
        "j M Y": "j. N Y",
        "j M Y, H:i": "j. N Y, H:i",
        "j M Y, H:i:s": "j. N Y, H:i:s",
        "j M, H:i": "j. N, H:i",
    }
)
