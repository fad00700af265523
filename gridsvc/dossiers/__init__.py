"""The file of an enterprise (一企一档): all that is held about one place, on one page."""
