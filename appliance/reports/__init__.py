"""What was judged, as a page that a person reads: values in, HTML text out; who keeps it does so elsewhere."""
