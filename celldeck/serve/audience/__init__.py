"""An audience that follows a talk on its phones: a server of its own, apart from the author's."""
