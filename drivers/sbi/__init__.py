"""MOSIP SBI 0.9.5: certified scanners behind their vendors' local services, and our own such service.

Pure: `jws`, `hash_chain`, `positions`, `messages`, `answers`, `checks`, `iso_*`, `mjpeg`. The client's side: `wire`,
`client`, `session`, `driver`. The service's side: `offered`, `signing`, `service`, `lies`, `emulator`.
"""
