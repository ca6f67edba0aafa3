"""The classes of the Multi-Task Faces data set (arXiv 2311.11882). Codes never change; 0 means "cannot tell"."""

CANNOT_TELL = 0
RACE: dict[int, str] = {1: "Asian (Chinese/Korean)", 2: "Asian (Indian)", 3: "Black", 4: "White"}
GENDER: dict[int, str] = {1: "female", 2: "male"}
AGE: dict[int, str] = {1: "young", 2: "old"}  # 18–49 and 50+, at the time of the photo


def code_of(classes: dict[int, str], label: str) -> int | None:
    """The code of a class given by its label, whatever the case, or by its code; None if there is none such."""
    wanted = label.strip().casefold()
    return next((code for code, name in classes.items() if wanted in (name.casefold(), str(code))), None)
