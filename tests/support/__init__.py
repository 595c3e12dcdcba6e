"""What tests are made of: rows, actors, stand-ins and servers. No test lies here."""
