"""An uploaded FAQ file: it is kept beside the data, looked at, and becomes the source."""

import pytest

from bots.bootstrap.index.dry_run import dry_run
from bots.bootstrap.index.uploads import accept_upload, begin_upload, waiting_upload
from config.settings import Settings
from core.errors import SourceError


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data")


@pytest.mark.parametrize("name", ["../../faq.csv", "..\\faq.csv", "/etc/faq.csv", "faq.csv\n"])
def test_a_file_stays_in_its_folder_whatever_its_name(settings, name):
    path = begin_upload(settings, name)
    assert path == settings.data_dir / "uploads" / "waiting" / "faq.csv"


@pytest.mark.parametrize("name", ["faq.exe", "", "..", "csv"])
def test_a_file_of_another_kind_is_refused_with_the_kinds_that_are_read(settings, name):
    with pytest.raises(SourceError, match="xlsx"):
        begin_upload(settings, name)


def test_the_last_upload_is_looked_at_and_becomes_the_source(settings):
    with pytest.raises(SourceError, match="upload it again"):
        waiting_upload(settings)
    begin_upload(settings, "old.csv").write_text("질문,답변\n주차?,됩니다.\n")
    path = begin_upload(settings, "new.csv")
    path.write_text(
        "질문,답변,비고\n주차되나요?,됩니다.,a\n환불되나요?,,b\n주차되나요?,됩니다.,c\n"
    )
    told = dry_run(settings, waiting_upload(settings))
    assert (told.read, told.entries) == (3, 1)
    assert told.columns[0].ignored == ("비고",)
    assert {note.kind for note in told.notes if note.lines} == {"skipped", "duplicates"}
    assert [entry.title for entry in told.first] == ["주차되나요?"]
    kept = accept_upload(settings)
    assert kept == settings.data_dir / "uploads" / "new.csv"
    with pytest.raises(SourceError):
        accept_upload(settings)
