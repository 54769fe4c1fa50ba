"""Models of AWS's Bedrock, through boto3, which is an extra."""
