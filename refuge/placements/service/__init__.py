"""What people do after matching: hold, offer, admit, move, turn away. One transaction each, with its audit event."""
