"""Places that the field found and the registry does not know: they enter as proposed."""
