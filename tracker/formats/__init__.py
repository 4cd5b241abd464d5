"""How a language writes days and times, where Django would write them otherwise."""
