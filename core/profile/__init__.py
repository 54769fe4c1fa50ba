"""The profile of one installation; import it and its parts from this package only."""

from core.profile.owners import Owner, ids_on
from core.profile.profile import Profile, Theme
from core.profile.readers import ChannelRules, ReaderGroup

__all__ = ["ChannelRules", "Owner", "Profile", "ReaderGroup", "Theme", "ids_on"]
