// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms } from "../../src/interfaces/SluiceTypes.sol";
import { IAssetVault, Standard } from "../../src/vault/IAssetVault.sol";
import { Fixture } from "../support/Fixture.sol";
import { Cards, Paintings } from "./Collections.sol";

/// @notice What a receipt can do, and what it refuses.
interface IReceipt {
    event Transfer(address indexed from, address indexed to, uint256 amount);
    event Approval(address indexed owner, address indexed spender, uint256 amount);

    error OnlyVault(address sender);
    error BalanceTooLow(address account, uint256 balance, uint256 amount);
    error AllowanceTooLow(address owner, address spender, uint256 allowed, uint256 amount);
    error NoRecipient();

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function decimals() external view returns (uint8);
    function vault() external view returns (address);
    function asset() external view returns (Standard standard, address collection, uint256 tokenId);
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function approve(address spender, uint256 amount) external returns (bool);
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function mint(address to, uint256 amount) external;
    function burn(address from, uint256 amount) external;
}

/// @notice A vault, two collections, and somebody who holds painting 7 and ten of card 3.
abstract contract VaultFixture is Fixture {
    IAssetVault internal vault;
    Paintings internal paintings;
    Cards internal cards;
    address internal holder = address(0x401DE2);

    function setUp() public virtual override {
        super.setUp();
        vault = IAssetVault(deployCode("AssetVault.sol:AssetVault", abi.encode(sluice)));
        paintings = new Paintings();
        cards = new Cards();
        paintings.mint(holder, 7);
        cards.mint(holder, 3, 10);
    }

    function paintingReceipt() internal view returns (IReceipt) {
        return IReceipt(vault.receiptOf(Standard.Erc721, address(paintings), 7));
    }

    function cardReceipt() internal view returns (IReceipt) {
        return IReceipt(vault.receiptOf(Standard.Erc1155, address(cards), 3));
    }

    function sendPainting(bytes memory data) internal {
        vm.prank(holder);
        paintings.safeTransferFrom(holder, address(vault), 7, data);
    }

    function sendCards(uint256 amount, bytes memory data) internal {
        vm.prank(holder);
        cards.safeTransferFrom(holder, address(vault), 3, amount, data);
    }

    function unwrapAs(address who, IReceipt receipt, uint256 amount, address to) internal {
        vm.prank(who);
        vault.unwrap(address(receipt), amount, to);
    }

    function channelOf(IReceipt receipt) internal view returns (ChannelTerms memory t) {
        t = nativeTerms();
        t.token = address(receipt);
    }
}
