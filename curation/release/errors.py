class ReleaseRefused(Exception):
    """Why a release is not frozen or not written, in one sentence for the release manager."""
