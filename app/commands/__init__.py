"""The commands of `sac-desk`: a module each, which adds itself to the parser with `add`."""
