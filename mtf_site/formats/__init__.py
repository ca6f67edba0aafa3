"""How dates are written, language by language; Django's own formats hold for everything else."""
