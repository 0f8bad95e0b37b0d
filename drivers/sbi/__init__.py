"""MOSIP SBI 0.9.5: certified scanners behind their makers' local services, and our own such service.

Pure: `jws`, `hash_chain`, `positions`, `messages`, `answers`, `checks`, `iso_*`, `mjpeg`. The client, from the wire up:
`wire`, `client`, `finding`, `session`, `driver`. The service, likewise: `service`, `service_device`, `answering`,
`offered`; with `authority` and `lies` it is the `emulator`.
"""
