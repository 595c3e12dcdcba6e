"""What goes in and out of the people's side of the API, a room for each room of views."""
