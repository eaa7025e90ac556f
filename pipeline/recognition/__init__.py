"""How mentions are recognised in tokens: what is seen of a token, and the linear-chain decoder."""
