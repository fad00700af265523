"""Photos: resumable upload, originals kept under their hash."""
