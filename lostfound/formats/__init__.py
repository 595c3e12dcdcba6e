"""How days and times are written where Django's own way is not the one of our pages."""
