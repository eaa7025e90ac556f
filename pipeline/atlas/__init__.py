"""What an archive says of which finding and which disease: counts over cases, lift, evidence."""
