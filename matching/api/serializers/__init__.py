"""What goes in and out of the matching side of the API, a room for each room of views."""
