"""The PBX itself: models and rules, a module per concept. It knows no HTTP, no JSON dialect and no XML."""
