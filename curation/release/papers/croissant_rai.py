"""What croissant.json says by the Responsible AI extension: collection, annotation, limits, uses. Plain text."""

from typing import Any

from curation.release.naming import LABELLED
from curation.release.papers.facts import Facts, PolicyFacts
from curation.release.papers.labelling import how_labelled
from curation.release.papers.origin import origin
from curation.release.papers.text import listed
from curation.release.sheet import BY_CODE

PREPROCESSING = [
    "Photos were turned upright and converted to sRGB.",
    "Faces were detected by a Haar cascade and cut out as squares, large ones made smaller; each was encoded once.",
    "Of near-duplicates, by perceptual hashes, one was kept.",
]
MANIPULATION = (
    "Faces without a proved licence, in quarantine, of people under 18 or perhaps so, or erased at somebody's request"
    " are left out. Nothing was drawn, generated or retouched."
)
BIASES = (
    "Public figures only, and of these such as photographers publish under free licences. Labels of race and gender are"
    " few classes as others perceive or claim them, which fit many people badly. How images and people are spread over"
    " race, gender and age is told in reports/balance.json; how far reviewers agree in reports/agreement.json."
)
SENSITIVE = (
    "Faces and names of public figures, and {word} race, which is special-category data (GDPR, Art. 9). Lawful"
    " basis: {basis}. Condition of Art. 9: {article_9}. Erasure: {contact}."
)
NOT_FOR = (
    "Not for recognising, watching or profiling people, nor for deciding about anybody; models of race are for"
    " measuring bias, not for deployment."
)
MAINTENANCE = (
    "A release never changes. Whoever asks to be erased is in no later release; releases that hold them are withdrawn,"
    " and REVOKED.csv lists the hashes of their images."
)
MISSING = "A label, and the day a photo was taken, is empty where it is not settled or not known."


def about_data(facts: Facts) -> dict[str, Any]:
    said = facts.answers
    told: dict[str, Any] = {
        "dataCollection": f"{origin(facts)} {said['collection.sampling']}",
        "dataCollectionType": ["Web Scraping", "Manual Human Curator"] if facts.is_curated else ["Web Scraping"],
        "dataCollectionRawData": f"Photographs from {listed(list(facts.counted.sources))}.",
        "dataCollectionMissingData": MISSING,
        "dataCollectionTimeframe": _times(facts),
        "dataPreprocessingProtocol": PREPROCESSING,
        "dataManipulationProtocol": MANIPULATION,
        "dataImputationProtocol": "No value is imputed.",
        "dataAnnotationProtocol": how_labelled(facts),
        "dataAnnotationPlatform": ["MTF Curator"],
        "dataAnnotationAnalysis": _analysis(facts),
        "annotationsPerItem": _per_item(facts),
        "annotatorDemographics": _annotators(facts),
        "machineAnnotationTools": ["OpenCV Haar cascade (where the faces are)"],
        "dataUseCases": ["Training and measuring models on faces, and how they fare by group", said["uses.other"]],
        "dataLimitations": [NOT_FOR, said["uses.impact"]],
        "dataBiases": [BIASES],
        "dataSocialImpact": said["collection.impact"],
        "personalSensitiveInformation": [_sensitive(facts)],
        "dataReleaseMaintenancePlan": f"{MAINTENANCE} {said['maintenance.updates']}",
    }
    return {f"rai:{key}": value for key, value in told.items() if value}


def _times(facts: Facts) -> list[str]:
    return [day for day in dict.fromkeys(facts.counted.retrieved) if day]


def _analysis(facts: Facts) -> list[str]:
    """Of reviewers' answers, whatever the labels are."""
    figures = ((field, found.krippendorff_alpha) for field, found in facts.agreement.items())
    words = "Krippendorff's alpha of reviewers' answers on {}: {:.3f}"
    return [words.format(field, figure.value) for field, figure in figures if figure.value is not None]


def _per_item(facts: Facts) -> str:
    whose = "" if facts.is_curated else "Of images that reviewers finished: "
    return whose + "; ".join(map(_asked, facts.policies)) if facts.policies else ""


def _asked(policy: PolicyFacts) -> str:
    usable = _answers(policy.votes_usable, policy.most_usable)
    attributes = _answers(policy.votes_attributes, policy.most_attributes)
    return f"policy {policy.version}: {usable} on whether the face is usable, {attributes} on race, gender and age"


def _answers(least: int, most: int) -> str:
    return f"{least} answers" if least == most else f"{least} to {most} answers"


def _annotators(facts: Facts) -> list[str]:
    """In aggregate only; see reports/annotators.json."""
    if not facts.annotators:
        return []
    shown = [
        f"{told.matter}: {listed([f'{value} {n}' for value, n in told.counts.items()])}"
        for told in facts.annotators_told
        if told.counts
    ]
    return [f"{facts.annotators} annotators", *shown]


def _sensitive(facts: Facts) -> str:
    said = facts.answers
    return SENSITIVE.format(
        word=LABELLED[facts.selection],
        basis=BY_CODE["law.basis"].words(said["law.basis"]),
        article_9=BY_CODE["law.article-9"].words(said["law.article-9"]),
        contact=said["law.erasure-contact"],
    )
