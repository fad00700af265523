"""Home: what waits for whoever has signed in, and how their week goes."""
