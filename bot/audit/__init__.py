"""Whether the locked packages have known vulnerabilities, which of them are waived, and the list of what is locked.

For developers and CI; nothing that serves patients imports this.
"""
