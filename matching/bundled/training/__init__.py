"""How the bundled model was trained, and is measured."""
