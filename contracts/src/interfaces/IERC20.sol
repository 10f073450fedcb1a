// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title IERC20
/// @notice What the contract calls on a token.
interface IERC20 {
    /// @notice Balance of an account.
    function balanceOf(address account) external view returns (uint256);
    /// @notice Moves the caller's tokens.
    function transfer(address to, uint256 amount) external returns (bool);
    /// @notice Moves another's tokens by its allowance.
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}
