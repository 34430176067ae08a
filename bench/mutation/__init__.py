"""A trial of the tests of `scoring`: small mistakes are put into its code, and each should be noticed."""
