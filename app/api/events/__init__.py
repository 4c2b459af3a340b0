"""HTTP for operators of events: who has been told what, and to send it again."""
