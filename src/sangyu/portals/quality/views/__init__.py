"""The views of the quality desk, by noun: calls, samples, appraisals."""
