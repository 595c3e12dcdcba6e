"""What the bundled model sees: things, drawn and described."""
