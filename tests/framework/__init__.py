"""What all APIs share, driven through one that is made here."""
