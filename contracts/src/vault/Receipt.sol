// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IERC20 } from "../interfaces/IERC20.sol";
import { Asset, IAssetVault } from "./IAssetVault.sol";

/// @title Receipt
/// @notice An ERC-20 token that stands for one token of a collection in the vault. The vault puts it behind a small proxy for each.
contract Receipt is IERC20 {
    /// @notice The name that wallets show, the same for all receipts.
    string public constant name = "Vault receipt";
    /// @notice The symbol that wallets show, the same for all receipts.
    string public constant symbol = "RECEIPT";
    /// @notice None: one unit of a receipt is one unit of the token.
    uint8 public constant decimals = 0;

    /// @notice The vault that keeps the token. Held in the code, so that the proxies share it.
    IAssetVault public immutable vault;

    /// @notice How many there are: as many as the vault keeps.
    uint256 public totalSupply;
    /// @notice How many an account holds.
    mapping(address account => uint256) public balanceOf;
    /// @notice How many a spender may move for an owner.
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    /// @notice Receipts moved, were made or were burnt.
    /// @param from Whose; zero if they are made.
    /// @param to Who has them now; zero if they are burnt.
    /// @param amount How many.
    event Transfer(address indexed from, address indexed to, uint256 amount);
    /// @notice An owner allowed a spender to move receipts.
    /// @param owner Whose receipts.
    /// @param spender Who may move them.
    /// @param amount How many.
    event Approval(address indexed owner, address indexed spender, uint256 amount);

    /// @notice Only the vault makes and burns receipts.
    /// @param sender Who asked.
    error OnlyVault(address sender);
    /// @notice The account holds less.
    /// @param account Whose.
    /// @param balance What it holds.
    /// @param amount What is asked.
    error BalanceTooLow(address account, uint256 balance, uint256 amount);
    /// @notice The spender was allowed less.
    /// @param owner Whose receipts.
    /// @param spender Who asked.
    /// @param allowed What it may move.
    /// @param amount What is asked.
    error AllowanceTooLow(address owner, address spender, uint256 allowed, uint256 amount);
    /// @notice Zero is nobody; and from the vault itself nobody could take receipts again.
    error NoRecipient();

    constructor() {
        vault = IAssetVault(msg.sender);
    }

    modifier onlyVault() {
        if (msg.sender != address(vault)) revert OnlyVault(msg.sender);
        _;
    }

    /// @notice What it stands for.
    /// @return The token.
    function asset() external view returns (Asset memory) {
        return vault.assetOf(address(this));
    }

    /// @notice Allows a spender to move the sender's receipts. What was allowed before is over.
    /// @param spender Who may move them.
    /// @param amount How many; the highest number is never used up.
    /// @return True.
    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    /// @notice Moves the sender's receipts.
    /// @param to Who gets them; zero and the vault are refused.
    /// @param amount How many.
    /// @return True; what cannot be done reverts.
    function transfer(address to, uint256 amount) external returns (bool) {
        move(msg.sender, to, amount);
        return true;
    }

    /// @notice Moves another's receipts by what it allowed the sender.
    /// @param from Whose.
    /// @param to Who gets them; zero and the vault are refused.
    /// @param amount How many.
    /// @return True; what cannot be done reverts.
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < amount) revert AllowanceTooLow(from, msg.sender, allowed, amount);
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - amount;
        move(from, to, amount);
        return true;
    }

    /// @notice Makes receipts for what the vault took in.
    /// @param to Who gets them.
    /// @param amount How many.
    function mint(address to, uint256 amount) external onlyVault {
        totalSupply += amount;
        balanceOf[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    /// @notice Burns receipts for what the vault gives out.
    /// @param from Whose.
    /// @param amount How many.
    function burn(address from, uint256 amount) external onlyVault {
        take(from, amount);
        totalSupply -= amount;
        emit Transfer(from, address(0), amount);
    }

    function move(address from, address to, uint256 amount) private {
        if (to == address(0) || to == address(vault)) revert NoRecipient();
        take(from, amount);
        balanceOf[to] += amount;
        emit Transfer(from, to, amount);
    }

    function take(address from, uint256 amount) private {
        uint256 balance = balanceOf[from];
        if (balance < amount) revert BalanceTooLow(from, balance, amount);
        balanceOf[from] = balance - amount;
    }
}
