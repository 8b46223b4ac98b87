"""Open data: everything public as tables and feeds, with a catalogue that other catalogues can take over."""
