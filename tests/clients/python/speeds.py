"""How fast simulated time passes in tests: options of `rosterlab serve`."""

# Simulated time passes so much faster that no test waits long for clusters to settle.
FAST = ("--speed", "20")
# Simulated time stands nearly still: nothing is noticed, so no cluster reacts.
STILL = ("--speed", "0.001")
