"""What a check found, in the forms that other tools read: SARIF, JUnit, a workflow of GitHub."""
