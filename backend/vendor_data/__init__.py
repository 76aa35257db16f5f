"""What vendors send for themselves: DataTransfer, kept and answered."""
