"""Korean: 24 hours, as on every page; Django writes "12:36 오후"."""

DATETIME_FORMAT = "Y년 n월 j일 H:i"
SHORT_DATETIME_FORMAT = "Y-n-j. H:i"
TIME_FORMAT = "H:i"
