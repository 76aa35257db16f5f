"""The scheduler and its safety, as pure logic: no I/O, times as seconds since 1970, currents in ampere per phase."""
